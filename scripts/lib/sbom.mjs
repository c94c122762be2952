// Bills of materials in CycloneDX 1.6: the contents of the npm package (the crates in its modules), and the dependencies of the
// devtools.

import { readFileSync } from 'node:fs';

import * as CDX from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';

import { compiledCrates } from './compiled-crates.mjs';

/** @returns {Promise<Record<string, string>>} JSON texts by name, valid by CycloneDX's schema */
export async function billsOfMaterials() {
  const version = /** @type {RegExpExecArray} */ (
    /^version = "(.+)"$/m.exec(readFileSync('Cargo.toml', 'utf8'))
  )[1];
  const crates = compiledCrates().map((crate) =>
    component('cargo', crate.name, crate.version, crate.license, crate.sha256),
  );
  const lock = JSON.parse(readFileSync('devtools/package-lock.json', 'utf8'));
  const packages = Object.entries(lock.packages).flatMap(([path, entry]) => {
    const { version, license, dev, link, optional } = /** @type {any} */ (entry);
    const name = path.replace(/^(?:.*\/)?node_modules\//, '');
    return path === '' || dev || link || optional ? [] : [component('npm', name, version, license)];
  });
  return {
    'sigv4-wasm': await written('npm', 'sigv4-wasm', version, crates),
    'sigv4-wasm-devtools': await written('npm', 'sigv4-wasm-devtools', version, packages),
  };
}

/**
 * @param {'cargo' | 'npm'} type
 * @param {string} name
 * @param {string} version
 * @param {string | undefined} license
 * @param {string} [sha256]
 */
function component(type, name, version, license, sha256) {
  const [group, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = new PackageURL(type, group, base, version, undefined, undefined);
  const made = new CDX.Models.Component(CDX.Enums.ComponentType.Library, base, {
    ...{ group, version, purl, bomRef: purl.toString() },
  });
  if (license) made.licenses.add(new CDX.Models.LicenseExpression(license.replaceAll('/', ' OR ')));
  if (sha256) made.hashes.set(CDX.Enums.HashAlgorithm['SHA-256'], sha256);
  return made;
}

/**
 * @param {'cargo' | 'npm'} type
 * @param {string} name
 * @param {string} version
 * @param {CDX.Models.Component[]} components
 */
async function written(type, name, version, components) {
  const bom = new CDX.Models.Bom();
  const root = component(type, name, version, 'MIT OR Apache-2.0');
  bom.metadata.component = root;
  // One package may be installed in two places.
  for (const one of new Map(components.map((made) => [made.bomRef.value, made])).values()) {
    bom.components.add(one);
    root.dependencies.add(one.bomRef);
  }
  const serializer = new CDX.Serialize.JsonSerializer(
    new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6),
  );
  const text = serializer.serialize(bom, { sortLists: true, space: 2 });
  const problem = await new CDX.Validation.JsonStrictValidator(CDX.Spec.Version.v1dot6).validate(text);
  if (problem) throw new Error(`the bill of materials of ${name} is not valid: ${JSON.stringify(problem)}`);
  return `${text}\n`;
}
