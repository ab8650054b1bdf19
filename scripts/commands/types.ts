import { isNeeded, type Alternative, type Part, type ValueType } from '../../src/redis/command-notation.ts';
import type { ReplyShape } from '../../src/redis/reply-notation.ts';

/** A property of an object of options or of one item, as TypeScript. */
export interface Property {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  /** How Redis writes it. */
  readonly written: string;
}

const VALUES: Readonly<Record<ValueType, string>> = {
  any: 'RedisArgument',
  int: 'number | bigint',
  double: 'number',
  score: 'number | string',
  pairs: 'V | RedisPairs',
  streams: 'V | RedisPairs',
};

/** The type of a positional argument or a property. */
export function typeOfPart(part: Part): string {
  switch (part.kind) {
    case 'value': {
      const type = VALUES[part.type];
      return part.isList ? listOf(type) : type;
    }
    case 'group':
      return listOf(objectOf(propertiesOf(part.parts)));
    case 'choice': {
      const types = part.alternatives.map(typeOfAlternative).join(' | ');
      return part.isList ? listOf(types) : types;
    }
    default:
      throw new Error(`${part.kind} has no type`);
  }
}

function listOf(type: string): string {
  return `${type} | readonly ${type.includes(' ') ? `(${type})` : type}[]`;
}

function typeOfAlternative({ form, parts, property }: Alternative): string {
  const [first] = parts;
  if (form === 'flag' && first?.kind === 'word') return `'${first.text}'`;
  if (form === 'object')
    return objectOf([
      { name: property, type: objectOf(propertiesOf(parts)), isOptional: false, written: '' },
    ]);
  return objectOf(propertiesOf(parts));
}

/** What the parts of an object are as properties. */
export function propertiesOf(parts: readonly Part[]): Property[] {
  return parts.flatMap((part): Property[] => {
    if (isNeeded(part)) return [{ name: part.name, type: typeOfPart(part), isOptional: false, written: '' }];
    return part.kind === 'optional' ? optionsOf(part) : [];
  });
}

function optionsOf({ alternatives, isRepeated }: Extract<Part, { kind: 'optional' }>): Property[] {
  return alternatives.flatMap(({ form, parts, property }) => {
    const written = parts.map(writtenPart).join(' ').trim();
    if (form === 'object') {
      const type = objectOf(propertiesOf(parts));
      return [{ name: property, type: isRepeated ? listOf(type) : type, isOptional: true, written }];
    }
    const inner = propertiesOf(parts).map((each) => ({
      ...each,
      isOptional: true,
      written: each.written || written,
    }));
    if (isRepeated) return inner.map((each) => ({ ...each, type: listOf(each.type) }));
    return form === 'flag'
      ? [{ name: property, type: 'boolean', isOptional: true, written }, ...inner]
      : inner;
  });
}

/** A part as Redis's documents have it. */
export function writtenPart(part: Part): string {
  switch (part.kind) {
    case 'word':
      return part.text === '' ? '""' : part.text;
    case 'count':
      return 'numkeys';
    case 'value':
      return part.isList || part.type === 'pairs' ? `${part.name} ...` : part.name;
    case 'group':
      return `${part.parts.map(writtenPart).join(' ')} ...`;
    case 'choice':
      return `<${part.alternatives.map(({ parts }) => parts.map(writtenPart).join(' ')).join(' | ')}>`;
    case 'optional': {
      const inner = part.alternatives.map(({ parts }) => parts.map(writtenPart).join(' ')).join(' | ');
      return `[${inner}${part.isRepeated ? ' ...' : ''}]`;
    }
  }
}

/** An object type with these properties, each once. */
function objectOf(properties: readonly Property[]): string {
  const each = uniqueProperties(properties).map(
    ({ name, type, isOptional }) =>
      `readonly ${name}${isOptional ? '?' : ''}: ${type}${isOptional ? ' | undefined' : ''}`,
  );
  return `{ ${each.join('; ')} }`;
}

/** Alternatives may share a property, such as `limit`. */
export function uniqueProperties(properties: readonly Property[]): Property[] {
  return properties.filter(({ name }, index) => properties.findIndex((each) => each.name === name) === index);
}

/** Which kinds of values a shape has that the options of a call decide on. */
export function usesOf(shape: ReplyShape): { readonly text: boolean; readonly integers: boolean } {
  const uses = { text: false, integers: false };
  const visit = (each: ReplyShape): void => {
    if (each.kind === 'bulk' || each.kind === 'key' || each.kind === 'place') uses.text = true;
    if (each.kind === 'int' || each.kind === 'place') uses.integers = true;
    if ('of' in each) visit(each.of);
    if ('fields' in each) for (const { shape: inner } of each.fields) visit(inner);
  };
  visit(shape);
  return uses;
}

/** The type of a reply, with the given types for text and for integers. */
export function typeOfShape(shape: ReplyShape, text: string, integer: string): string {
  const inner = (each: ReplyShape): string => typeOfShape(each, text, integer);
  switch (shape.kind) {
    case 'int':
      return integer;
    case 'double':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'bulk':
    case 'key':
      return text;
    case 'str':
      return 'string';
    case 'bytes':
      return 'Buffer';
    case 'any':
      return 'RedisReply';
    case 'place':
      return `RedisPlace<${text}, ${integer}>`;
    case 'literal':
      return `'${shape.text}'`;
    case 'list': {
      const type = inner(shape.of);
      return type.includes(' | ') && !type.startsWith('{') ? `(${type})[]` : `${type}[]`;
    }
    case 'record':
      return `Record<string, ${inner(shape.of)}>`;
    case 'nullable':
      return `${inner(shape.of)} | null`;
    case 'tuple':
    case 'struct': {
      const fields = shape.fields.map(({ name, shape: of, isOptional, isRest }) => {
        const type = isRest ? typeOfShape({ kind: 'list', of }, text, integer) : inner(of);
        return `${/^[a-z]\w*$/i.test(name) ? name : `'${name}'`}${isOptional ? '?' : ''}: ${type}`;
      });
      return `{ ${fields.join('; ')} }`;
    }
  }
}
