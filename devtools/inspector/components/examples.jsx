import { EXAMPLE_NAMES, example, openExample } from '../state/examples.js';

/** Requests to begin with. */
export function Examples() {
  return (
    <label class="examples">
      <span>Example</span>
      <select id="example" value={example.value} onChange={(event) => openExample(event.currentTarget.value)}>
        <option value="" hidden>
          your own
        </option>
        {Object.entries(EXAMPLE_NAMES).map(([group, names]) => (
          <optgroup key={group} label={group}>
            {Object.entries(names).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
