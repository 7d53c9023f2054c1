/** Points of one bucket of the distribution. */
const WIDTH = 10;
/** Scores beyond are counted in the first and the last bucket. */
const FURTHEST = 1000;

interface SideState {
  sum: number;
  least: number | null;
  most: number | null;
}

export interface ScoreState {
  count: number;
  higher: number;
  lower: number;
  was: SideState;
  wouldBe: SideState;
  /** Lower bound of a bucket, scores that were in it, and scores that would be. */
  buckets: [number, number, number][];
}

/** How the scores of the same transactions are distributed, as they were and would be. */
export class Scores {
  #count = 0;
  #higher = 0;
  #lower = 0;
  readonly #was: SideState;
  readonly #wouldBe: SideState;
  readonly #buckets: Map<number, [number, number]>;

  constructor(state?: ScoreState) {
    this.#count = state?.count ?? 0;
    this.#higher = state?.higher ?? 0;
    this.#lower = state?.lower ?? 0;
    this.#was = { ...(state?.was ?? { sum: 0, least: null, most: null }) };
    this.#wouldBe = { ...(state?.wouldBe ?? { sum: 0, least: null, most: null }) };
    this.#buckets = new Map(state?.buckets.map(([from, was, wouldBe]) => [from, [was, wouldBe]]));
  }

  add(was: number, wouldBe: number): void {
    this.#count++;
    if (wouldBe > was) this.#higher++;
    if (wouldBe < was) this.#lower++;
    widen(this.#was, was);
    widen(this.#wouldBe, wouldBe);
    this.#bucket(was)[0]++;
    this.#bucket(wouldBe)[1]++;
  }

  #bucket(score: number): [number, number] {
    const within = Math.max(-FURTHEST, Math.min(score, FURTHEST));
    const from = Math.floor(within / WIDTH) * WIDTH;
    let bucket = this.#buckets.get(from);
    if (bucket === undefined) this.#buckets.set(from, (bucket = [0, 0]));
    return bucket;
  }

  toJSON(): ScoreState {
    const buckets = [...this.#buckets].toSorted(([a], [b]) => a - b);
    return {
      count: this.#count,
      higher: this.#higher,
      lower: this.#lower,
      was: this.#was,
      wouldBe: this.#wouldBe,
      buckets: buckets.map(([from, [was, wouldBe]]) => [from, was, wouldBe]),
    };
  }
}

function widen(side: SideState, score: number): void {
  side.sum += score;
  side.least = Math.min(side.least ?? score, score);
  side.most = Math.max(side.most ?? score, score);
}
