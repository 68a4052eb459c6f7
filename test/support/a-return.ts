import type { ReturnFacts } from '../../src/domain/returns/return-sheets.ts'
import type { Measure } from '../../src/domain/measure.ts'
import type { ReturnTemplate } from '../../src/domain/returns/template.ts'

/** A small return of two contracts, by hand, with each status and each kind of dangerous text. */

const basis = 'closed <in> & after'
const measure: Measure = {
  id: 'safer',
  title: '',
  version: 'v',
  question: 'q',
  basis,
  kind: 'count',
  of: 'referred',
}

export const template: Pick<
  ReturnTemplate,
  'title' | 'status' | 'source' | 'disclosure' | 'rounding' | 'sections'
> = {
  title: 'Small "return" & more',
  status: 'unconfirmed',
  source: 'made up <by hand>',
  disclosure: 'none',
  rounding: { percent: 1, mode: 'half-up' },
  sections: [
    {
      id: 'demand',
      title: 'Demand',
      rows: [
        { id: 'all', label: 'All', measure, show: ['count'] },
        { id: 'words', label: 'Words', figure: 'commentary', adds: false },
      ],
    },
    {
      id: 'a-section-with-a-name-of-great-length',
      title: 'Outcomes',
      rows: ['safer', 'few', 'nobody', 'elsewhere', 'fewer'].map((id) => ({
        ...{ id, label: id, measure },
        show: ['numerator', 'denominator', 'percent'],
      })),
    },
  ],
}

const none = { value: null, numerator: null, denominator: null }
const rate = (id: string, label: string) => ({ id, label, measure: 'safer', basis })

export const facts: ReturnFacts = {
  templateVersion: 3,
  areaCode: 'E23000021',
  period: '2025-26-Q1',
  version: 2,
  isSubmitted: true,
  provisional: false,
  generatedAt: '2025-08-01T09:30:00.000Z',
  sha256: 'abc123',
  signedOffBy: 'A. Person',
  submittedAt: '2025-08-02T10:00:00.000Z',
  reasons: { funnel: 'A known fault' },
  checks: [
    { id: 'funnel', level: 'error', passed: false, detail: '3 is not 4.' },
    { id: 'jumps', level: 'warning', passed: true, detail: 'No jumps.' },
  ],
  content: {
    template: 'small',
    period: '2025-26-Q1',
    contracts: ['east', 'west'],
    sections: [
      {
        id: 'demand',
        title: 'Demand',
        rows: [
          {
            ...{ id: 'all', label: 'All', measure: 'referrals', basis: 'referred', status: 'ok', value: 15 },
            byContract: [
              { contract: 'east', status: 'ok', value: 15 },
              { contract: 'west', status: 'ok', value: 0 },
            ],
          },
          {
            ...{ id: 'words', label: 'Words', basis: 'as sent', status: 'not-available', value: null },
            byContract: [
              { contract: 'east', status: 'ok', value: "=cmd|' /C calc'!A0" },
              { contract: 'west', status: 'ok', value: '<script>alert("1")</script>\n  two  _x0041_ \u0001' },
            ],
          },
        ],
      },
      {
        id: 'a-section-with-a-name-of-great-length',
        title: 'Outcomes',
        rows: [
          {
            ...rate('safer', 'Feel safer'),
            ...{ status: 'ok', value: 62.5, numerator: 5, denominator: 8 },
            byContract: [{ contract: 'east', status: 'ok', value: 62.5, numerator: 5, denominator: 8 }],
          },
          { ...rate('few', 'Few'), status: 'hidden', ...none, byContract: [] },
          {
            ...rate('nobody', 'Nobody'),
            ...{ status: 'not-available', value: null, numerator: 0, denominator: 0 },
            byContract: [],
          },
          { ...rate('elsewhere', 'Elsewhere'), status: 'not-collected', ...none, byContract: [] },
          {
            ...rate('fewer', 'Need reduced'),
            ...{ status: 'ok', value: -12.5, byContract: [] },
          },
        ],
      },
    ],
  },
}

export const CAUTION =
  'Unconfirmed: nobody has checked this template against the form of whoever asks for it. Source: made up <by hand>.'

type Grid = readonly (readonly (string | number)[])[]

const OF_DEMAND = ['Row', 'Contract', 'Value', 'Unit', 'Status', 'Basis']
const OF_OUTCOMES = ['Row', 'Contract', 'Value', 'Unit', 'Numerator', 'Denominator', 'Status', 'Basis']

/** Every cell of every sheet, from A1 on. */
export const expected: readonly (readonly [name: string, rows: Grid])[] = [
  [
    'Cover',
    [
      ['Small "return" & more, 2025-26-Q1'],
      [CAUTION],
      ['Template: small, version 3, unconfirmed.'],
      ['Period: 2025-26-Q1.'],
      ['Area: E23000021.'],
      ['Contracts: east, west.'],
      ['Return: version 2, submitted (signed off by A. Person, 2025-08-02T10:00:00.000Z).'],
      ['Made at: 2025-08-01T09:30:00.000Z.'],
      ['SHA-256 of the content: abc123.'],
    ],
  ],
  [
    'Contents',
    [
      ['Contents'],
      [CAUTION],
      ['Contains one table: what each of the others holds.'],
      ['Sheet', 'What it holds'],
      ['Notes', 'Notes'],
      ['Checks', 'Checks of this return'],
      ['1_demand', 'Demand'],
      ['2_a-section-with-a-name-of-grea', 'Outcomes'],
    ],
  ],
  [
    'Notes',
    [
      ['Notes'],
      [CAUTION],
      ['Contains one table: what the symbols and the numbers mean.'],
      ['Note', 'Meaning'],
      ['[c]', 'Hidden, since it is about too few people.'],
      ['[x]', 'Not available: nobody is counted, or the provider has not sent it.'],
      ['[z]', 'Not applicable: no contract asks for it, or the row has no such number.'],
      ['Counts', 'As they were released: not rounded.'],
      ['Percents', 'Made from the counts; decimal places: 1 (half-up).'],
      ['All contracts', 'Made from the sums over contracts, never from their percents.'],
    ],
  ],
  [
    'Checks',
    [
      ['Checks of this return'],
      [CAUTION],
      ['Contains one table: what came of each check.'],
      ['Check', 'Level', 'Result', 'Detail', 'Reason given'],
      ['funnel', 'error', 'failed', '3 is not 4.', 'A known fault'],
      ['jumps', 'warning', 'passed', 'No jumps.', '[z]'],
    ],
  ],
  [
    '1_demand',
    [
      ['Demand'],
      [CAUTION],
      ['Contains one table. Symbols are explained under Notes.'],
      OF_DEMAND,
      ['All', 'All contracts', 15, 'count', 'ok', 'referred'],
      ['All', 'east', 15, 'count', 'ok', 'referred'],
      ['All', 'west', 0, 'count', 'ok', 'referred'],
      ['Words', 'All contracts', '[x]', 'as sent', 'not-available', 'as sent'],
      ['Words', 'east', "=cmd|' /C calc'!A0", 'as sent', 'ok', 'as sent'],
      [
        ...['Words', 'west', '<script>alert("1")</script>\n  two  _x0041_ \uFFFD'],
        ...['as sent', 'ok', 'as sent'],
      ],
    ],
  ],
  [
    '2_a-section-with-a-name-of-grea',
    [
      ['Outcomes'],
      [CAUTION],
      ['Contains one table. Symbols are explained under Notes.'],
      OF_OUTCOMES,
      ['Feel safer', 'All contracts', 62.5, 'percent', 5, 8, 'ok', basis],
      ['Feel safer', 'east', 62.5, 'percent', 5, 8, 'ok', basis],
      ['Few', 'All contracts', '[c]', 'percent', '[c]', '[c]', 'hidden', basis],
      ['Nobody', 'All contracts', '[x]', 'percent', 0, 0, 'not-available', basis],
      ['Elsewhere', 'All contracts', '[z]', 'percent', '[z]', '[z]', 'not-collected', basis],
      ['Need reduced', 'All contracts', -12.5, 'percent', '[z]', '[z]', 'ok', basis],
    ],
  ],
]
