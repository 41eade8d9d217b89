import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { DiscardTaskError } from 'nestjs-sqs-tasks';
import { from, type Observable } from 'rxjs';

const cents: Record<string, number> = { tea: 250, coffee: 320, cake: 480 };

/** What it returns, or gives piece by piece, travels back to whoever asked. */
@Controller()
export class PricesController {
  @MessagePattern('price')
  price(@Payload() { of }: { of: string }): { of: string; cents: number } {
    const price = cents[of];
    // Final at once: trying again would not help, so the caller hears of it now.
    if (price === undefined) throw new DiscardTaskError(`we sell no ${of}`);
    return { of, cents: price };
  }

  @MessagePattern('menu')
  menu(): Observable<string> {
    return from(Object.keys(cents));
  }
}
