/** Nominal types over strings, numbers and bytes, so that two kinds of id or key cannot be swapped by mistake. */

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
