/** Returns JSON of the value, also on pages that teach arrays another one (`Array.prototype.toJSON`, of old libraries). */
export function json(value: unknown): string {
  var arrays = Array.prototype as { toJSON?: unknown };
  var taught = arrays.toJSON;
  if (!taught) return JSON.stringify(value);
  delete arrays.toJSON;
  try {
    return JSON.stringify(value);
  } finally {
    arrays.toJSON = taught;
  }
}
