/** Nest's metadata keys, equal in 11 and 12; a test compares them with what Nest writes. */
export const INTERCEPTORS = '__interceptors__';
export const PATTERN_HANDLER = 'microservices:handler_type';
export const PATTERN_EXTRAS = 'microservices:pattern_extras';
export const EXCEPTION_FILTERS = '__exceptionFilters__';
export const FILTER_CATCHES = '__filterCatchExceptions__';
export const HTTP_PATH = 'path';
