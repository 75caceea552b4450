import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeUtf8, encodeUtf8 } from 'lanewise';
import { bytes, failure, hex } from './helpers.ts';

/** A text of each script, and of several; units of every size that UTF-8 has. */
const SCRIPTS = {
  ASCII: 'The quick brown fox jumps over the lazy dog.\n',
  'Latin-1': 'Ça où Größe fährt über ÿ\u0080. ',
  'Latin beyond Latin-1': 'Žluťoučký kůň. ',
  Cyrillic: 'Съешь ещё этих мягких французских булок. ',
  Greek: 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ',
  CJK: '我能吞下玻璃而不伤身体。',
  Thai: 'ฉันกินกระจกได้ ',
  emoji: '😀😁 ok 👩‍👩‍👧‍👦\u{10ffff}\u{10000} ',
  mixed: 'aé€😀 – “quote” \ufeff\0',
} as const;
const SIZES = [0, 1, 2, 15, 16, 17, 31, 40, 41, 63, 64, 65, 127, 511, 512, 513, 1023, 1024, 1025, 4095, 4097, 20_000, 300_001];
/** Bad sequences, each with what WHATWG puts for it. */
const BAD = [
  ['80', '\ufffd'],
  ['c0 80', '\ufffd\ufffd'],
  ['e0 80', '\ufffd\ufffd'],
  ['e2 82', '\ufffd'],
  ['ed a0 80', '\ufffd\ufffd\ufffd'],
  ['f0 90 80', '\ufffd'],
  ['f0 80 80 80', '\ufffd\ufffd\ufffd\ufffd'],
  ['f4 90 80 80', '\ufffd\ufffd\ufffd\ufffd'],
  ['ff', '\ufffd'],
] as const;
const fatal = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

/** As many bytes of a text as whole characters have, up to `size`. */
function upTo(text: string, size: number): Uint8Array {
  const whole = bytes(text.repeat(Math.ceil(size / text.length) + 1));
  let end = size;
  while (end > 0 && (Number(whole[end]) & 0xc0) === 0x80) end--;
  return whole.slice(0, end);
}

describe('decodeUtf8 and encodeUtf8 convert', () => {
  for (const [script, text] of Object.entries(SCRIPTS)) {
    it(`${script} of every size`, () => {
      for (const size of SIZES) {
        const input = upTo(text, size);
        const decoded = decodeUtf8(input);
        assert.equal(decoded, fatal.decode(input));
        assert.equal(decodeUtf8(input, { lossy: true }), decoded);
        assert.deepEqual(encodeUtf8(decoded), input);
      }
    });

    it(`${script} from any place of memory`, () => {
      const input = upTo(text, 5000);
      const memory = new Uint8Array(input.length + 70);
      for (let offset = 0; offset < 70; offset++) {
        memory.set(input, offset);
        assert.equal(decodeUtf8(memory.subarray(offset, offset + input.length)), fatal.decode(input));
        assert.equal(decodeUtf8(Buffer.from(memory.buffer, offset, input.length)), fatal.decode(input));
      }
    });
  }

  it('a text that leaves ASCII, and Latin-1, at any place', () => {
    for (let size = 600; size < 740; size++) {
      for (const unit of ['é', 'я', '€', '😀']) {
        const text = `${'é'.repeat(3)}${'x'.repeat(size)}${unit}${'y'.repeat(size)}`;
        assert.equal(decodeUtf8(bytes(text)), text);
        assert.deepEqual(encodeUtf8(text), bytes(text));
      }
    }
  });

  it('a byte order mark as a character', () => {
    const text = `\ufeff${'я'.repeat(1000)}\ufeff`;
    assert.equal(decodeUtf8(bytes(text)), text);
    assert.equal(decodeUtf8(bytes(text), { lossy: true }), text);
  });
});

describe('what is not UTF-8', () => {
  for (const [script, text] of Object.entries(SCRIPTS)) {
    it(`is an error at its offset, and U+FFFD where that is asked for, in ${script}`, () => {
      for (const [digits, replacement] of BAD) {
        for (let size = 2040; size < 2120; size += 3) {
          const before = upTo(text, size);
          const behind = upTo(text, 700);
          const input = Buffer.concat([before, hex(digits), behind]);
          assert.deepEqual(
            failure(() => decodeUtf8(input)),
            { code: 'LW_UTF8', offset: before.length },
          );
          assert.equal(decodeUtf8(input, { lossy: true }), fatal.decode(before) + replacement + fatal.decode(behind));
        }
      }
    });
  }

  it('is an error where the text is cut', () => {
    for (let size = 1000; size < 1100; size++) {
      const input = bytes('😀'.repeat(400)).subarray(0, size);
      const whole = size - (size % 4);
      assert.equal(decodeUtf8(input, { lossy: true }), lossy.decode(input));
      if (whole !== size)
        assert.deepEqual(
          failure(() => decodeUtf8(input)),
          { code: 'LW_UTF8', offset: whole },
        );
    }
  });

  it('takes time linear in the input when it is all of it', () => {
    for (const bad of ['ff', 'e2 82', 'f0 90 80', 'c3', '80']) {
      const input = new Uint8Array(1 << 20).fill(0xff).map((_, i) => hex(bad)[i % hex(bad).length] as number);
      assert.equal(decodeUtf8(input, { lossy: true }), lossy.decode(input));
    }
  });
});

describe('half of a surrogate pair', () => {
  it('is encoded as U+FFFD wherever it stands', () => {
    for (const filling of ['a', 'é', 'я', '€', '😀']) {
      for (const unit of ['\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800', '\ud83d\ud83d\ude00\ude00']) {
        for (let size = 1024; size < 1124; size++) {
          const text = filling.repeat(Math.ceil(size / filling.length)) + unit + filling.repeat(40);
          assert.deepEqual(encodeUtf8(text), bytes(text));
        }
      }
    }
  });
});
