/** @import { ComponentChildren } from 'preact' */

/**
 * A part of the page with a heading of its own.
 *
 * @param {{ id: string, title: string, about?: ComponentChildren, actions?: ComponentChildren, children?: ComponentChildren, number?: number }} props
 */
export function Panel({ id, title, about, actions, children, number }) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <div class="panel-head">
        <h2 id={`${id}-title`}>
          {number !== undefined && <span class="number">{number}</span>}
          {title}
        </h2>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {about && <p class="about">{about}</p>}
      {children}
    </section>
  );
}
