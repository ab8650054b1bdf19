import {
  Connection,
  connectionSource,
  type CallDirective,
  type From,
  type InitDirective,
  type MessageDirective,
  type SocketMessage,
} from 'hawser';
import { expect, expectTypeOf, test } from 'vitest';

interface State {
  readonly port: number;
}

interface Ask {
  readonly get: string;
}

class Typed extends Connection<State, Ask, string, 'tick', 'poke', { readonly port: number }> {
  override init(options: { readonly port: number }): InitDirective<State> {
    return { do: 'ok', state: { port: options.port } };
  }

  override handleCall(request: Ask, from: From<string>, state: State): CallDirective<State, string> {
    Connection.reply(from, request.get);
    // @ts-expect-error its callers wait for text
    Connection.reply(from, state.port);
    return { do: 'no-reply', state };
  }

  override handleInfo(
    _message: SocketMessage | 'poke' | symbol,
    state: State,
  ): Promise<MessageDirective<State>> {
    return Promise.resolve({ do: 'no-reply', state });
  }
}

/** Leaves out parameters that it has no need of. */
class Terse extends Connection<State, Ask, number> {
  override init(): InitDirective<State> {
    return { do: 'ok', state: { port: 1 } };
  }

  override handleCall(): CallDirective<State, number> {
    return { do: 'reply', value: 1, state: { port: 1 } };
  }
}

class Bare extends Connection<number> {}

class NoArgument extends Connection<State, Ask, string, unknown, unknown, void> {}

test('a handle has the types of its behaviour', async () => {
  const typed = await Typed.start({ port: 1 }, { timeoutMs: 1_000 });
  expectTypeOf(typed.call).parameter(0).toEqualTypeOf<Ask>();
  expectTypeOf(typed.call).returns.resolves.toEqualTypeOf<string>();
  expectTypeOf(typed.cast).parameter(0).toEqualTypeOf<'tick'>();
  expectTypeOf(typed.info).parameter(0).toEqualTypeOf<'poke'>();
  expect(await typed.call({ get: 'it' })).toBe('it');
  await typed.close();

  const terse = await Terse.start({ port: 1 });
  expectTypeOf(terse.call).returns.resolves.toEqualTypeOf<number>();
  await terse.close();
});

test('the argument of a start is that of init', async () => {
  expectTypeOf(Typed.start<Typed>)
    .parameter(0)
    .toEqualTypeOf<{ readonly port: number }>();
  // @ts-expect-error the port is a number
  await expect(Typed.start({ port: 'a' }, { timeoutMs: -1 })).rejects.toThrow();
  // @ts-expect-error it needs an argument
  await expect(Typed.start()).rejects.toThrow();
  const withState = await Bare.start(5);
  await withState.close();
  const without = await NoArgument.start();
  await without.close();
  // @ts-expect-error it is abstract
  await expect(Connection.start(5, { timeoutMs: -1 })).rejects.toThrow();
});

test('the members of a pool are started with its own signal', () => {
  connectionSource(Bare, 1, { timeoutMs: 100 });
  // @ts-expect-error the pool says when an attempt is no longer wanted
  expect(() => connectionSource(Bare, 1, { signal: AbortSignal.abort() })).toThrow('option signal: ');
});

test('a behaviour is upgraded to one that is asked, and answers, the same', async () => {
  const handle = await Terse.start({ port: 1 });
  await handle.upgrade(Terse);
  // @ts-expect-error it answers with text
  await handle.upgrade(Typed);
  await handle.close();
});
