import { unknownName } from './argument-checks.ts';
import { CALL_OPTIONS } from './call-options.ts';
import { isNeeded, type Alternative, type Part } from './command-notation.ts';

/** Why a property has no meaning in an object that is made of these parts, and which have. */
export function unknownProperty(property: string, parts: readonly Part[], isOptions: boolean): string {
  const companions = companionsOf(property, parts);
  if (companions.length > 0) return `${property} has no meaning but beside ${companions.join(' or ')}`;
  const own = [...new Set(parts.flatMap(propertiesOf))];
  return unknownName(property, isOptions ? [...own, ...CALL_OPTIONS] : own);
}

/** The properties of which one has to be there for this one to be. */
function companionsOf(property: string, parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'optional') return [];
    const companions = part.alternatives.filter(
      (alternative) => alternative.property !== property && ownProperties(alternative).includes(property),
    );
    return companions.map((alternative) => alternative.property);
  });
}

function propertiesOf(part: Part): readonly string[] {
  if (isNeeded(part)) return [part.name];
  return part.kind === 'optional' ? part.alternatives.flatMap(ownProperties) : [];
}

function ownProperties({ property, form, parts }: Alternative): readonly string[] {
  return form === 'object' ? [property] : [property, ...parts.flatMap(propertiesOf)];
}
