/** Nest's metadata keys, equal in 11 and 12; a test compares them with what Nest writes. */
export const INTERCEPTORS = '__interceptors__';
export const PATTERN_HANDLER = 'microservices:handler_type';
export const PATTERN_EXTRAS = 'microservices:pattern_extras';
export const EXCEPTION_FILTERS = '__exceptionFilters__';
export const FILTER_CATCHES = '__filterCatchExceptions__';
export const HTTP_PATH = 'path';
export const PATTERN = 'microservices:pattern';
export const TRANSPORT = 'microservices:transport';
export const PARAMETERS = '__routeArguments__';

/** What `PATTERN_HANDLER` says of an event handler. */
export const EVENT_HANDLER = 2;
/** How the metadata of parameters call `@Payload()` and `@Ctx()`. */
export const PAYLOAD_PARAMETER = 3;
export const CONTEXT_PARAMETER = 6;
