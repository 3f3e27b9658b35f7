/** A digest as in the OCI image specification: `algorithm:encoded`. */
export const DIGEST = {
  pattern: /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/,
  expected: 'a digest such as sha256:9f86d0…',
}
