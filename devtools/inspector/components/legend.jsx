import { HUE_NAMES, HUES } from '../model/hues.js';
import { graph } from '../state/store.js';

/** Which colour is which part of a request. */
export function Legend() {
  const all = [...(graph.value?.parts.values() ?? [])];
  const used = HUES.filter((hue) => all.some(({ hues, text }) => hues?.includes(hue) && text !== ''));
  return (
    <ul class="legend" aria-label="Colours">
      {used.map((hue) => (
        <li key={hue} class={`hue-${hue}`}>
          {HUE_NAMES[hue]}
        </li>
      ))}
    </ul>
  );
}
