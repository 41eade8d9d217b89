/** The stop policies, for features: they do not know the engine. */
export { anyOf, idle, maxTasks } from '../../consumer/stopping/index.js';
