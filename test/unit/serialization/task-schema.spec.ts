import { Type } from 'class-transformer';
import { IsEmail, IsInt, ValidateNested } from 'class-validator';
import { z } from 'zod';
import {
  InvalidTaskDataError,
  MissingPackageError,
  type TaskSchema,
} from '../../../lib/contracts/index.js';
import { checkOutgoingData, checkTaskData } from '../../../lib/serialization/index.js';
import { dtoToPlain, judgeDto } from '../../../lib/serialization/schemas/dto-schema.js';

class Address {
  @IsInt()
  zip!: number;
}

class EmailDto {
  @IsEmail()
  to!: string;

  @ValidateNested()
  @Type(() => Address)
  address!: Address;

  at?: Date;
}

const plain = { to: 'a@b.cz', address: { zip: 10_000 } };

describe('checkTaskData', () => {
  test('answers what a Standard Schema makes of the data, at once where it can', () => {
    const schema = z.object({ n: z.coerce.number() });
    expect(checkTaskData('p', schema, { n: '5' })).toEqual({ n: 5 });
  });

  test('waits for a schema that is asynchronous', async () => {
    const schema = z.string().refine(async (text) => text === 'yes');
    await expect(checkTaskData('p', schema, 'no')).rejects.toThrow(InvalidTaskDataError);
    expect(await checkTaskData('p', schema, 'yes')).toBe('yes');
  });

  test('takes a schema that is a function', () => {
    const schema = Object.assign(() => {}, {
      '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
    } as const);
    expect(checkTaskData('p', schema as unknown as TaskSchema, 5)).toBe(5);
  });

  test('names the fields that do not fit', () => {
    const schema = z.object({ user: z.object({ tags: z.array(z.string()) }) });
    const check = () => checkTaskData('send_email', schema, { user: { tags: ['a', 1] } });
    expect(check).toThrow(/"send_email".*user\.tags\.1: /);
  });

  test('makes an instance of a DTO class, nested ones included', async () => {
    const dto = (await checkTaskData('p', EmailDto, plain)) as EmailDto;
    expect(dto).toBeInstanceOf(EmailDto);
    expect(dto.address).toBeInstanceOf(Address);
  });

  test('names the fields of a DTO that do not fit', async () => {
    const verdict = await judgeDto(EmailDto, { to: 'x', address: { zip: 'y' } });
    expect(verdict.issues).toEqual([
      expect.stringMatching(/^to: to must be an email/),
      expect.stringMatching(/^address\.zip: zip must be an integer/),
    ]);
  });

  test.each([[null], ['text'], [[plain]], [undefined]])(
    'a DTO is an object, not %j',
    async (data) => {
      await expect(checkTaskData('p', EmailDto, data)).rejects.toThrow(InvalidTaskDataError);
    },
  );

  test('says which package a DTO class needs', async () => {
    await expect(judgeDto(EmailDto, plain, notInstalled)).rejects.toThrow(MissingPackageError);
    await expect(dtoToPlain(EmailDto, new EmailDto(), notInstalled)).rejects.toThrow(/npm install/);
  });
});

describe('checkOutgoingData', () => {
  test('leaves the data of a Standard Schema as it is', async () => {
    const data = { n: '5' };
    expect(checkOutgoingData('p', z.object({ n: z.coerce.number() }), data)).toBe(data);
    const slow = z.object({ n: z.string().refine(async () => true) });
    expect(await checkOutgoingData('p', slow, data)).toBe(data);
  });

  test('makes instances of a DTO plain, and leaves plain data as it is', async () => {
    const at = new Date(0);
    const dto = Object.assign(new EmailDto(), {
      ...plain,
      address: Object.assign(new Address(), { zip: 1 }),
      at,
    });
    const sent = await checkOutgoingData('p', EmailDto, dto);
    expect(sent).toStrictEqual({ to: 'a@b.cz', address: { zip: 1 }, at });
    expect(await checkOutgoingData('p', EmailDto, plain)).toBe(plain);
  });
});

function notInstalled(): Promise<never> {
  return Promise.reject(new Error('not found'));
}
