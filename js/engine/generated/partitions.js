// Written by the build from src/endpoint/tables.rs. Do not edit.

/** The DNS suffix of each AWS partition, by what its regions begin with; the last one is for all others. */
export const DNS_SUFFIXES = /** @type {const} */ ([
  ['cn-', '.amazonaws.com.cn'],
  ['eusc-de-', '.amazonaws.eu'],
  ['us-iso-', '.c2s.ic.gov'],
  ['us-isob-', '.sc2s.sgov.gov'],
  ['us-isof-', '.csp.hci.ic.gov'],
  ['eu-isoe-', '.cloud.adc-e.uk'],
  ['', '.amazonaws.com'],
]);
