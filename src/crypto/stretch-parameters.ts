/**
 * What a code may be stretched with (SPEC C-A3), without Argon2 itself: who reads a wrap must not carry its WebAssembly.
 * Runs anywhere. The rules live with the head of a wrap, which the server reads as well.
 */

export {
  assertParameters,
  ceiling,
  floor,
  type ParameterError,
  type StretchParameters,
  stretchSaltBytes,
} from "../protocol/wrap-head.ts";
