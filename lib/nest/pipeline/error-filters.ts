import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter, Type } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { controlSignalOf } from '../../contracts/index.js';
import { EXCEPTION_FILTERS, FILTER_CATCHES } from './nest-metadata.js';
import { OriginalFailure } from './original-failure.js';

/** Filters as metadata holds them: instances or classes. */
export type FilterLike = object;

/**
 * Nest's default layer turns an error into a generic object before the transport sees it. A filter that stands in its
 * place, behind every filter of the user's, hands the error on as it is; it costs nothing while nothing fails.
 *
 * Nest asks a method's filters before those of its class and of the app, so what it catches is decided when it is
 * asked: any error that none of those behind it claims.
 */
export function lastFilter(behind: () => readonly FilterLike[]): RpcExceptionFilter {
  return catching((error) => !behind().some((filter) => claims(filter, error)));
}

/** Lets what a handler chose by throwing pass every filter of the user's. */
export function controlErrorFilter(): RpcExceptionFilter {
  return catching((error) => controlSignalOf(error) !== undefined);
}

/** The user's filters of a class or of a method. */
export function filtersOf(target: object): FilterLike[] {
  const filters = (Reflect.getMetadata(EXCEPTION_FILTERS, target) ?? []) as FilterLike[];
  return filters.filter((filter) => !ours.has(filter));
}

/** A class is bound by every app that has it, such as the next one of a test; each gets filters of its own. */
const ours = new WeakSet<FilterLike>();

function catching(matches: (error: unknown) => boolean): RpcExceptionFilter {
  // Nest asks with `instanceof`, so what is caught may decide for itself.
  const matching = { [Symbol.hasInstance]: matches } as unknown as Type<unknown>;

  @Catch(matching)
  class HandOn implements RpcExceptionFilter {
    catch(error: unknown): Observable<never> {
      return throwError(() => new OriginalFailure(error));
    }
  }
  const filter = new HandOn();
  ours.add(filter);
  return filter;
}

/** A filter that names no class catches everything. */
function claims(filter: FilterLike, error: unknown): boolean {
  const type: unknown = typeof filter === 'function' ? filter : filter.constructor;
  const caught = (Reflect.getMetadata(FILTER_CATCHES, type as object) ?? []) as Caught[];
  return caught.length === 0 || caught.some((one) => error instanceof one);
}

type Caught = abstract new (...args: never[]) => unknown;
