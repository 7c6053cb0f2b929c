/** The properties of MQTT 5.0 by the names that mqtt-packet gives them, and how it shows their values. */
import { PROPERTIES, type PropertyName, type PropertyType } from '../protocol/properties.js';

/** How a value is shown: a `boolean` is a byte of which mqtt-packet shows whether it is 0. */
type CompatPropertyType =
  | 'boolean'
  | 'byte'
  | 'two-byte-integer'
  | 'four-byte-integer'
  | 'variable-byte-integer'
  | 'text'
  | 'binary'
  | 'text-pair';

/** A property of mqtt-packet. */
export interface CompatProperty {
  readonly identifier: number;
  readonly name: string;
  readonly type: CompatPropertyType;
}

/** Those that have another name than in our packets. */
const OTHER_NAMES: Readonly<Partial<Record<PropertyName, string>>> = {
  subscriptionIdentifiers: 'subscriptionIdentifier',
  subscriptionIdentifierAvailable: 'subscriptionIdentifiersAvailable',
};

function shownAs(name: PropertyName, type: PropertyType): CompatPropertyType {
  if (type === 'flag' || name === 'payloadFormatIndicator') return 'boolean';
  return type === 'topic-name' ? 'text' : type;
}

const ALL: readonly CompatProperty[] = (Object.keys(PROPERTIES) as PropertyName[]).map((key) => {
  const { identifier, type } = PROPERTIES[key];
  return { identifier, name: OTHER_NAMES[key] ?? key, type: shownAs(key, type) };
});

/** The properties by their identifier. */
export const PROPERTY_BY_IDENTIFIER: readonly (CompatProperty | undefined)[] = Array.from(
  { length: 0x80 },
  (_, identifier) => ALL.find((property) => property.identifier === identifier),
);

/** The properties by their name. */
export const PROPERTY_BY_NAME: ReadonlyMap<string, CompatProperty> = new Map(
  ALL.map((property) => [property.name, property]),
);
