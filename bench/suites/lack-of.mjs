/**
 * For builds that have less than this one: `--dist` may name any.
 *
 * @param {any} owner @param {string} path of the owner @param {string} name
 * @returns {string | undefined} what is missing
 */
export function lackOf(owner, path, name) {
  return typeof owner?.[name] === 'function' ? undefined : `${path}.${name}`;
}
