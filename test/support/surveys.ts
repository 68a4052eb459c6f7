/**
 * Instruments and measures that only tests use: versions that may and may not be compared, a scale where higher is
 * better with a reliable change, another default respondent, and feedback without a case. The argument of `t.testdir`.
 */
export const testSurveys = {
  instruments: {
    'mood.v1.yaml': mood(1, 'from: 2001-01-01, until: 2019-06-30', ''),
    'mood.v2.yaml': mood(2, 'from: 2019-07-01', 'comparableWith: [1]'),
    'rigid.v1.yaml': mood(1, 'from: 2001-01-01, until: 2019-06-30', '').replace('mood', 'rigid'),
    'rigid.v2.yaml': mood(2, 'from: 2019-07-01', '').replace('mood', 'rigid'),
    'family.v1.yaml': mood(1, 'from: 2001-01-01', 'respondent: parent').replace('mood', 'family'),
    'feedback.v1.yaml': `instrument: feedback
version: 1
title: Feedback
source: made up
licence: free
inForce: { from: 2001-01-01 }
anonymous: allowed
items:
  - { id: satisfied, text: I am satisfied, type: choice, values: [agree, neither, disagree] }
  - { id: informed, text: I was informed, type: yes-no, required: true }
`,
  },
  measures: {
    'tests.yaml': `- measure: mood-improved
  title: Better mood
  instrument: mood
  score: mood
  kind: improved
- measure: rigid-improved
  title: Better mood, of one version only
  instrument: rigid
  score: mood
  kind: improved
- measure: family-improved
  title: Better mood as the parent sees it
  instrument: family
  score: mood
  kind: improved
`,
  },
}

function mood(version: number, inForce: string, line: string): string {
  return `instrument: mood
version: ${version}
title: Mood
source: made up
licence: free
inForce: { ${inForce} }
${line}
items:
  - { id: mood, text: Mood, type: scale, range: [0, 10] }
scores:
  - id: mood
    title: Mood
    items: [mood]
    method: value
    range: [0, 10]
    better: higher
    need: { atMost: 4 }
    reliableChange: { atLeast: 3 }
`
}
