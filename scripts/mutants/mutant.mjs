/**
 * A deliberate defect, and who is to find it.
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} rule the promise of docs/guarantees.md that it breaks
 * @property {string} file
 * @property {string} find is in the file exactly once
 * @property {string} put what it is replaced by
 * @property {readonly string[]} tests files of tests, one of which has to fail
 */

/**
 * The text of the mutant's file with the defect in it. Throws where the place of the defect is not there, or not clear.
 * @param {Mutant} mutant
 * @param {string} text
 */
export function mutated({ name, file, find, put }, text) {
  const count = text.split(find).length - 1;
  if (count !== 1) throw new Error(`${name}: its text is ${count} times in ${file}, expected once`);
  // Not as a pattern, and with no meaning of `$` in what is put.
  return text.replace(find, () => put);
}
