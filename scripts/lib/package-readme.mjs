// The README of the npm package, made from the README of the repository.

/**
 * Without the parts about the repository. Links to its files, and pictures, lead to the repository if a release names it.
 * Otherwise they are left out, because the package does not contain these files.
 *
 * @param {string} readme
 * @param {{ repository: string, version: string }} [release]
 */
export function packageReadme(readme, release) {
  const relative = /\[([^\]]*)\]\((?!https?:|#)([^)]+)\)/g;
  const text = readme.replace(/<!-- repository -->\n\n[^]*?<!-- end of repository -->\n\n/g, '');
  if (release === undefined) {
    return text
      .replace(/<!-- links -->\n\n[^]*?<!-- end of links -->\n\n/g, '')
      .replace(/^!\[.*\n\n/gm, '')
      .replace(relative, '$1');
  }
  const { repository, version } = release;
  return text
    .replace(/<!-- (?:end of )?links -->\n\n/g, '')
    .replace(/!\[([^\]]*)\]\((?!https?:)([^)]+)\)/g, `![$1](${repository}/raw/v${version}/$2)`)
    .replace(relative, `[$1](${repository}/blob/v${version}/$2)`);
}
