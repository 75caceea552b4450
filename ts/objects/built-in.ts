/** A primitive in an object. */
type Box = 'Number' | 'String' | 'Boolean' | 'BigInt';
/** The classes of the language that MessagePack has a form for, besides arrays and views of memory. */
export type BuiltIn = 'Map' | 'Set' | 'Date' | 'ArrayBuffer' | 'SharedArrayBuffer' | Box;

/** For each class something that throws for every object that is not of it, and that works on objects of any realm. */
const PROBES: ReadonlyMap<string, (this: unknown) => unknown> = new Map<BuiltIn, unknown>([
  ['Map', getterOf(Map.prototype, 'size')],
  ['Set', getterOf(Set.prototype, 'size')],
  ['Date', Date.prototype.getTime],
  ['ArrayBuffer', getterOf(ArrayBuffer.prototype, 'byteLength')],
  // Pages that are not isolated do not have the class.
  ['SharedArrayBuffer', typeof SharedArrayBuffer === 'undefined' ? () => undefined : getterOf(SharedArrayBuffer.prototype, 'byteLength')],
  ['Number', Number.prototype.valueOf],
  ['String', String.prototype.valueOf],
  ['Boolean', Boolean.prototype.valueOf],
  ['BigInt', BigInt.prototype.valueOf],
]) as ReadonlyMap<string, (this: unknown) => unknown>;

const toText = Object.prototype.toString;

/** Reads the name of a typed array's class, of any realm; undefined for everything else. */
const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

/** Which of these an object really is, of whatever realm, subclasses included. Tags and prototypes that lie do not deceive it. */
export function builtInOf(value: object): BuiltIn | undefined {
  const name = value instanceof Map ? 'Map' : value instanceof Set ? 'Set' : value instanceof Date ? 'Date' : tagOf(value);
  if (name === undefined) return undefined;
  const probe = PROBES.get(name);
  if (probe === undefined) return undefined;
  try {
    probe.call(value);
    return name as BuiltIn;
  } catch {
    return undefined;
  }
}

/** Whether the object is a primitive in a box. JSON.stringify writes such a one as the primitive, and so do we. */
export function isBox(builtIn: BuiltIn | undefined): builtIn is Box {
  return builtIn === 'Number' || builtIn === 'String' || builtIn === 'Boolean' || builtIn === 'BigInt';
}

/** The primitive in a box, whatever the object makes of `valueOf`. */
export function unbox(value: object, box: Box): unknown {
  return PROBES.get(box)?.call(value);
}

/** Whether `value` is a Uint8Array (Buffer included) of any realm. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || typedArrayName.call(value) === 'Uint8Array';
}

/** The tag that `Object.prototype.toString` gives, such as 'Map'; undefined for the most common one, 'Object'. */
function tagOf(value: object): string | undefined {
  const text = toText.call(value);
  return text === '[object Object]' ? undefined : text.slice(8, -1);
}

function getterOf(prototype: object, name: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;
}
