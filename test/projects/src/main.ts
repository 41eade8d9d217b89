import 'reflect-metadata';
import { maxTasks, runSqsWorker } from 'nestjs-sqs-tasks';
import { AppModule } from './app.module.js';

process.env['SEND'] = 'yes';
runSqsWorker(AppModule, { queues: ['emails'], stopWhen: maxTasks(1) }).then(
  () => console.log('drained'),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
