/**
 * A page of a social network's search, as its API gave them: statuses with their users, texts in Japanese and Russian, entities, and
 * numbers both as integers and as text. Nested, text-heavy, indented, with escapes in strings.
 * Origin: generated, the same in every run. Licence: that of this repository.
 */
import { seeded } from './random.mjs';

const COUNT = 138;
const JAPANESE =
  '今日は とても いい 天気 です 明日も 晴れる と 思います 東京 駅前 で 新しい 喫茶店 を 見つけた 写真 ありがとう 電車 が 遅れて います 猫 可愛い 雪'.split(
    ' ',
  );
const RUSSIAN =
  'сегодня очень хорошая погода завтра тоже будет солнце новая книга уже в продаже спасибо всем кто пришёл поезд опять опаздывает кот'.split(
    ' ',
  );
const LATIN = 'kumo sora yuki hana neko tora umi kaze mori hoshi lev oleg vera nina ivan anna'.split(' ');
const CLIENTS = ['web client', 'client for phones', 'client for tablets'];
const MONTHS = ['Jul', 'Aug', 'Sep'];
/** Integers stay below 2^53, so that no reader rounds them. */
const FIRST_ID = 505_874_924_095_815;

/** @returns {object} about 600 KB of JSON when indented by 2 */
export function statuses() {
  const random = seeded(3);
  return {
    statuses: Array.from({ length: COUNT }, (_, number) => status(random, number, true)),
    search_metadata: {
      completed_in: 0.087,
      max_id: FIRST_ID,
      query: encodeURIComponent('猫'),
      refresh_url: `?since_id=${FIRST_ID}&q=${encodeURIComponent('猫')}&include_entities=1`,
      count: COUNT,
      since_id: 0,
    },
  };
}

/**
 * @param {import('./random.mjs').Random} random @param {number} number @param {boolean} mayRepeat whether it may hold another status
 * @returns {object}
 */
function status(random, number, mayRepeat) {
  const id = FIRST_ID - number * 1000 - random.below(1000);
  const words = random.next() < 0.7 ? JAPANESE : RUSSIAN;
  const repeated = mayRepeat && random.next() < 0.4 ? { retweeted_status: status(random, number + COUNT, false) } : {};
  return {
    metadata: { result_type: 'recent', iso_language_code: words === JAPANESE ? 'ja' : 'ru' },
    created_at: time(random),
    id,
    id_str: `${id}`,
    text: text(random, words, 30 + random.below(30)),
    source: `<a href="https://example.com/clients" rel="nofollow">${random.pick(CLIENTS)}</a>`,
    truncated: false,
    in_reply_to_status_id: random.next() < 0.2 ? id - 5000 : null,
    in_reply_to_screen_name: null,
    user: user(random, words),
    geo: null,
    coordinates: null,
    place: null,
    contributors: null,
    ...repeated,
    retweet_count: random.below(900),
    favorite_count: random.below(50),
    entities: {
      hashtags: Array.from({ length: random.below(3) }, () => ({ text: random.pick(words), indices: span(random) })),
      symbols: [],
      urls: Array.from({ length: random.below(2) }, () => link(random)),
      user_mentions: Array.from({ length: random.below(3) }, () => ({
        screen_name: account(random),
        name: text(random, words, 2),
        id: random.below(3e9),
        indices: span(random),
      })),
    },
    favorited: false,
    retweeted: false,
    possibly_sensitive: random.next() < 0.1,
    lang: words === JAPANESE ? 'ja' : 'ru',
  };
}

/** @param {import('./random.mjs').Random} random @param {string[]} words */
function user(random, words) {
  const id = random.below(3e9);
  return {
    id,
    id_str: `${id}`,
    name: text(random, words, 2),
    screen_name: account(random),
    location: random.pick(words),
    description: text(random, words, 30 + random.below(50)),
    url: random.next() < 0.4 ? `https://example.com/${random.hex(10)}` : null,
    entities: { description: { urls: [] } },
    protected: false,
    followers_count: random.below(20_000),
    friends_count: random.below(3000),
    listed_count: random.below(300),
    created_at: time(random),
    favourites_count: random.below(9000),
    utc_offset: random.pick([32_400, 10_800, null]),
    time_zone: random.pick(['Tokyo', 'Moscow', null]),
    geo_enabled: random.next() < 0.3,
    verified: false,
    statuses_count: random.below(90_000),
    lang: words === JAPANESE ? 'ja' : 'ru',
    profile_background_color: random.hex(6).toUpperCase(),
    profile_background_image_url: `https://images.example.com/themes/theme${random.below(20)}/bg.png`,
    profile_image_url: `https://images.example.com/profiles/${id}/${random.hex(8)}_normal.jpeg`,
    profile_link_color: random.hex(6).toUpperCase(),
    profile_use_background_image: true,
    default_profile: random.next() < 0.5,
    following: false,
    notifications: false,
  };
}

/** Some have line ends and quotation marks, which JSON escapes. @param {import('./random.mjs').Random} random @param {string[]} words @param {number} count */
function text(random, words, count) {
  const separator = words === JAPANESE ? '' : ' ';
  const plain = Array.from({ length: count }, () => random.pick(words)).join(separator);
  if (count < 10) return plain;
  return random.next() < 0.3 ? `${plain}\n"${random.pick(words)}"` : `${plain} https://t.example/${random.hex(10)}`;
}

/** @param {import('./random.mjs').Random} random */
function link(random) {
  const code = random.hex(10);
  return {
    url: `https://t.example/${code}`,
    expanded_url: `https://example.com/${code}`,
    display_url: `example.com/${code}`,
    indices: span(random),
  };
}

/** @param {import('./random.mjs').Random} random */
function span(random) {
  const start = random.below(100);
  return [start, start + 1 + random.below(20)];
}

/** @param {import('./random.mjs').Random} random */
function account(random) {
  return `${random.pick(LATIN)}_${random.pick(LATIN)}${random.below(100)}`;
}

/** @param {import('./random.mjs').Random} random */
function time(random) {
  const [hour, minute, second] = [random.below(24), random.below(60), random.below(60)].map((part) => `${part}`.padStart(2, '0'));
  return `${random.pick(MONTHS)} ${1 + random.below(28)} ${hour}:${minute}:${second} +0000 2026`;
}
