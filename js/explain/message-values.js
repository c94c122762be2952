// The values in the sentences of an explanation: regions, services, seconds, and the key.

import { shownKey } from '../protocol/key-id.js';

/**
 * By the name of the placeholder. If a value is not known, the sentence has a fallback.
 *
 * @typedef {object} Values
 * @property {string} [region]  of the credential scope
 * @property {string} [expectedRegion]  from the response, or from the host
 * @property {string} [regionOption]  `region: 'eu-west-1'`
 * @property {string} [signedService]  of the credential scope
 * @property {string} [expectedService]  from the host
 * @property {string} [serviceOption]  `service: 's3'`
 * @property {string} [signed]  the time of signing, in AWS's format
 * @property {string} [skew]  such as `328 seconds behind the server's clock`
 * @property {string} minutes
 * @property {string} direction
 * @property {string} [key]  the end of the access key id
 * @property {string} [keyName]  `the access key …MPLE`
 *
 * @typedef {object} Seen
 * @property {Record<string, string | undefined>} fields  of the response
 * @property {Map<string, string>} headers  likewise
 * @property {Record<string, string | undefined>} groups  of the message
 * @property {import('./sent-request.js').SentRequest} sent
 * @property {import('../protocol/endpoint-form.js').Endpoint | undefined} endpoint  the endpoint of the host
 * @property {number} skew  milliseconds by which the server is ahead of the signature, or 0
 * @property {boolean} isDated  whether it is known when the request was signed; otherwise `skew` is that of the local clock
 */

/**
 * @param {Seen} seen
 * @returns {Values}
 */
export function valuesOf({ fields, headers, groups, sent, endpoint, skew, isDated }) {
  const accessKeyId =
    fields.AWSAccessKeyId || groups.accessKeyId || groups.keyOfMessage || sent.accessKeyId || '';
  const expectedRegion =
    groups.expectedRegion || fields.Region || headers.get('x-amz-bucket-region') || endpoint?.region;
  const expectedService = groups.expectedService || endpoint?.service;
  const seconds = Math.round(Math.abs(skew) / 1000);
  return {
    region: sent.region || fields.signedRegion,
    expectedRegion,
    ...(expectedRegion && { regionOption: `region: '${expectedRegion}'` }),
    signedService: sent.service || fields.signedService,
    expectedService,
    ...(expectedService && { serviceOption: `service: '${expectedService}'` }),
    signed: sent.amzDate,
    ...(seconds > 0 &&
      isDated && {
        skew: `${seconds} seconds ${skew > 0 ? 'behind' : 'ahead of'} the server's clock`,
      }),
    minutes: String(Math.round(seconds / 60)),
    direction: skew > 0 ? 'ahead of' : 'behind',
    ...(accessKeyId !== '' && {
      key: shownKey(accessKeyId),
      keyName: `the access key ${shownKey(accessKeyId)}`,
    }),
  };
}
