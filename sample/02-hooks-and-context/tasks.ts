import { defineTask } from 'nestjs-sqs-tasks';

export const placeOrder = defineTask<{ item: string }>('place_order', { queue: 'orders' });
export const sendReceipt = defineTask<{ item: string }>('send_receipt', { queue: 'orders' });
