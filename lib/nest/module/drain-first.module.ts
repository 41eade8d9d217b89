import { Injectable, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SqsRuntime } from '../sqs.runtime.js';

/**
 * Drains before anything of the app is destroyed. Nest runs `onModuleDestroy()` module by module, those nearest to the
 * root module first, and only then closes transports; on a signal, and in a hybrid app always, providers would be
 * destroyed under running handlers. A module that is nearer than the root itself comes before all others, and its hook is
 * awaited.
 */
@Injectable()
class DrainFirst implements OnModuleDestroy {
  constructor(
    private readonly runtime: SqsRuntime,
    modules: ModulesContainer,
  ) {
    for (const module of modules.values()) {
      // The order is made when the app starts, after all providers.
      if (module.metatype === DrainFirstModule) module.distance = NEARER_THAN_THE_ROOT;
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.runtime.drain({ because: 'the app closes' });
  }
}

const NEARER_THAN_THE_ROOT = -1;

@Module({ providers: [DrainFirst] })
export class DrainFirstModule {}
