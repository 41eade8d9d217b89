import { z } from 'zod';
import { once } from './once.js';

/** Made when it is first asked for: importing the library makes no schema. */
export type LazySchema<T> = () => z.ZodType<T>;

/**
 * An object schema that the compiler holds against its public type `T`: a missing option, an option too many, and one that
 * takes more or less than its type says all fail to compile. Keys it does not know are refused.
 */
export function schemaOf<T>() {
  return <S extends ShapeOf<T>>(shapeOf: () => S & Complete<T, S>) =>
    once(() => z.strictObject<S>(shapeOf()));
}

type ShapeOf<T> = { [K in keyof Required<T>]: z.ZodType<T[K]> };

type Complete<T, S> = {
  [K in keyof S]: K extends keyof T
    ? T[K] extends z.output<S[K]>
      ? unknown
      : { error: 'the schema refuses what the type allows'; option: K }
    : { error: 'the type has no such option'; option: K };
};
