var ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Fills the array with random bytes of a cryptographic source and returns it; crypto.getRandomValues does. */
export type RandomBytes = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

/** Returns `length` base62 characters. Bytes of 248 and above are thrown away: 248 = 4 * 62, so no character is likelier. */
export function base62(length: number, random: RandomBytes): string {
  var text = "";
  while (text.length < length) {
    var bytes = random(new Uint8Array(length));
    for (var i = 0; i < bytes.length && text.length < length; i++) {
      var byte = bytes[i]!;
      if (byte < 248) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

/** Returns a UUID of version 4 (crypto.randomUUID exists only on https pages). */
export function uuid(random: RandomBytes): string {
  var bytes = random(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  var hex = "";
  for (var i = 0; i < 16; i++) hex += (bytes[i]! + 256).toString(16).slice(1);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
