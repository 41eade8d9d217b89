import { Module } from '@nestjs/common';
import { SqsModule } from 'nestjs-sqs-tasks';
import { Words } from './words.pipeline.js';

/** The same in every process: which stages run where is said when a worker starts. */
@Module({
  imports: [
    SqsModule.forRoot({ connection: { embedded: true } }),
    SqsModule.registerPipeline(Words),
  ],
})
export class WordsModule {}
