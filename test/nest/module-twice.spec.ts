import { Module } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { ModuleMetadata } from '@nestjs/common';
import { SqsModule, SqsProducer } from '../../lib/index.js';
import type { SqsModuleOptions } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';
import { SqsRuntime } from '../../lib/nest/sqs.runtime.js';
import { SQS_RUNTIME_PARTS } from '../../lib/nest/sqs.constants.js';
import { fakeParts } from './support/fake-parts.js';
import { RecordingLogger } from './support/recording-logger.js';

function compile(imports: ModuleMetadata['imports'] & {}, parts = fakeParts()) {
  return Test.createTestingModule({ imports })
    .setLogger(new RecordingLogger())
    .overrideProvider(SQS_RUNTIME_PARTS)
    .useValue(parts)
    .compile();
}

const web: SqsModuleOptions = { queuePrefix: 'web-' };
const billing: SqsModuleOptions = { queuePrefix: 'billing-' };

describe('SqsModule twice in one app', () => {
  const refused =
    /^Invalid options for SqsModule: .*forRootAsync\(\) once in an app, got it 2 times/;

  test('is refused, with who imports it and where options belong', async () => {
    @Module({ imports: [SqsModule.forRoot(billing)] })
    class BillingModule {}
    @Module({ imports: [SqsModule.forRoot(web), BillingModule] })
    class AppModule {}
    const compiled = compile([AppModule]);
    await expect(compiled).rejects.toThrow(refused);
    await expect(compiled).rejects.toThrow('(imported by AppModule and BillingModule)');
    await expect(compiled).rejects.toThrow('by SqsModule.registerQueue({ name, … })');
  });

  test.each([
    ['forRoot and forRootAsync', [SqsModule.forRoot(web), SqsModule.forRootAsync(async(billing))]],
    ['forRootAsync twice', [SqsModule.forRootAsync(async(web)), SqsModule.forRootAsync(async({}))]],
    ['forRoot twice with the same options', [SqsModule.forRoot(web), SqsModule.forRoot(web)]],
  ])('is refused: %s', async (_what, imports) => {
    await expect(compile(imports)).rejects.toThrow(refused);
  });

  test('is refused where the second one is loaded while the app runs', async () => {
    @Module({ imports: [SqsModule.forRoot(billing)] })
    class LazyModule {}
    const app = await compile([SqsModule.forRoot(web)]);
    const loaded = app.get(LazyModuleLoader).load(() => LazyModule);
    await expect(loaded).rejects.toThrow(refused);
  });

  test('is one module where the same object is imported twice', async () => {
    const sqs = SqsModule.forRoot(web);
    @Module({ imports: [sqs] })
    class One {}
    @Module({ imports: [sqs] })
    class Two {}
    const parts = fakeParts();
    const app = await compile([One, Two], parts);
    await app.init();
    expect(parts.producers[0]?.options).toBe(web);
    await app.close();
  });

  test('is no matter where it stands once, in a feature module', async () => {
    @Module({ imports: [SqsModule.forRoot(web), SqsModule.registerQueue('emails')] })
    class FeatureModule {}
    const app = await compile([FeatureModule, SqsModule.registerQueue('jobs')]);
    expect(app.get(SqsProducer)).toBeInstanceOf(SqsProducer);
  });

  test('is no matter where apps follow one another, or run side by side', async () => {
    const apps = [
      await compile([SqsModule.forRoot(web)]),
      await compile([SqsModule.forRoot(billing)]),
    ];
    await Promise.all(apps.map((app) => app.init()));
    await Promise.all(apps.map((app) => app.close()));
    const prefixes = apps.map((app) => app.get(SqsRuntime).options.queuePrefix);
    expect(prefixes).toEqual(['web-', 'billing-']);
    const context = await NestFactory.createApplicationContext(
      SqsTestingModule.forRoot({ queues: ['emails'] }),
      { logger: false },
    );
    await context.close();
  });
});

describe('SqsTestingModule', () => {
  test('stands beside the SqsModule of the app under test', async () => {
    const app = await compile([SqsModule.forRoot(web), SqsTestingModule.forRoot()]);
    expect(app.get(SqsHarness)).toBeInstanceOf(SqsHarness);
  });

  test('is refused twice in one app', async () => {
    const twice = [SqsTestingModule.forRoot(), SqsTestingModule.forRoot({ inline: true })];
    await expect(compile(twice)).rejects.toThrow('Invalid options for SqsTestingModule: expected');
  });
});

function async(options: SqsModuleOptions) {
  return { useFactory: () => options };
}
