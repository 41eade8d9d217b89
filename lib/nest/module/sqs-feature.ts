import type { InjectionToken, Provider } from '@nestjs/common';

/** What a feature brings into every app: providers that join through `SqsRuntime.use()`, and what others may inject. */
export interface SqsFeature {
  readonly providers: readonly Provider[];
  readonly exports: readonly InjectionToken[];
}
