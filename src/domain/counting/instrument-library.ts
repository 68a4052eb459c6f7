import type { Answered, InstrumentOf, Pair, PairQuestion } from '../casework/pair.ts'
import { scoreSubject } from '../counts.ts'
import { bestScore, type Instrument, type Score } from '../instrument.ts'
import type { PairMeasure } from '../measure.ts'

/** What a measure, or the changes of an instrument, say of the pair that they look at. */
export type AskedPair = Pick<PairMeasure, 'instrument' | 'end' | 'respondent'>

interface KeyedQuestion {
  key: string
  question: PairQuestion
}

/** A score that both versions of a pair have, and where each keeps it. */
export interface SharedScore {
  id: string
  subject: string
  startScore: Score
  startIndex: number
  endScore: Score
  endIndex: number
  /** The best that an end can be, as it is kept; null: it has no best. */
  best: number | null
}

/** Instruments by id and version, by whom each is answered, and which scores two versions share. */
export class InstrumentLibrary {
  readonly #versions = new Map<string, Map<number, Instrument>>()
  readonly #respondents = new Map<string, Instrument['respondent']>()
  readonly #shared = new Map<string, readonly SharedScore[]>()
  readonly #sharedById = new Map<string, ReadonlyMap<string, SharedScore>>()
  /** By measure, since each is asked of every case. */
  readonly #questions = new WeakMap<AskedPair, KeyedQuestion>()
  /** The pair that was looked up last: a case's measures ask for the same one after the other. */
  #latest: { pair: Pair; scores: ReadonlyMap<string, SharedScore> } | undefined

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of [...instruments].sort((a, b) => a.version - b.version)) {
      const versions = this.#versions.get(instrument.id) ?? new Map<number, Instrument>()
      this.#versions.set(instrument.id, versions.set(instrument.version, instrument))
      // The instrument's own respondent is the one that its newest version has.
      this.#respondents.set(instrument.id, instrument.respondent)
    }
  }

  find: InstrumentOf = (id, version) => this.#versions.get(id)?.get(version)

  respondentOf(id: string): Instrument['respondent'] | undefined {
    return this.#respondents.get(id)
  }

  /** Which assessments a measure pairs, and a name for that which two measures share if they pair the same. */
  questionOf(asked: AskedPair): KeyedQuestion {
    const known = this.#questions.get(asked)
    if (known !== undefined) return known
    const { instrument, end } = asked
    const respondent = asked.respondent ?? this.respondentOf(instrument.id) ?? 'self'
    const keyed = {
      key: `${instrument.id} ${instrument.version ?? ''} ${respondent} ${end}`,
      question: { instrument: instrument.id, version: instrument.version, respondent, end },
    }
    this.#questions.set(asked, keyed)
    return keyed
  }

  /** The decimal places of a measure's score, which all versions that are paired have in common. */
  placesOf({ instrument: { id, version }, score }: Pick<PairMeasure, 'instrument' | 'score'>): number {
    const versions = [...(this.#versions.get(id)?.values() ?? [])]
    const meant = versions.filter((one) => version === undefined || one.version === version)
    return meant.flatMap(({ scores }) => scores).find(({ id: name }) => name === score)?.places ?? 0
  }

  sharedScores({ start, end }: Pair): readonly SharedScore[] {
    const key = keyOf(start, end)
    const known = this.#shared.get(key)
    if (known) return known
    const startScores = this.find(start.instrumentId, start.instrumentVersion)?.scores ?? []
    const instrument = this.find(end.instrumentId, end.instrumentVersion)
    const shared = (instrument?.scores ?? []).flatMap((endScore, endIndex) => {
      const startIndex = startScores.findIndex(({ id }) => id === endScore.id)
      const startScore = startScores[startIndex]
      if (instrument === undefined || startScore === undefined) return []
      const subject = scoreSubject(instrument, endScore.id)
      const best = bestScore(endScore, instrument)
      return [{ id: endScore.id, subject, startScore, startIndex, endScore, endIndex, best }]
    })
    this.#shared.set(key, shared)
    return shared
  }

  sharedScore(pair: Pair, score: string): SharedScore | undefined {
    if (this.#latest?.pair !== pair) this.#latest = { pair, scores: this.#scoresOf(pair) }
    return this.#latest.scores.get(score)
  }

  #scoresOf(pair: Pair): ReadonlyMap<string, SharedScore> {
    const key = keyOf(pair.start, pair.end)
    let byId = this.#sharedById.get(key)
    if (byId === undefined) {
      byId = new Map(this.sharedScores(pair).map((shared) => [shared.id, shared]))
      this.#sharedById.set(key, byId)
    }
    return byId
  }
}

const keyOf = (start: Answered, end: Answered): string =>
  `${end.instrumentId} ${start.instrumentVersion} ${end.instrumentVersion}`
