import { DefinitionFaults, loadDefinitions, surveysFolder } from './definitions.ts'

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Checks the definitions that the service would start with; prints what it found, or every fault, and exits 1 on a fault. */
function checkSurveys(further: string | undefined): void {
  try {
    const { instruments, measures } = loadDefinitions([surveysFolder, ...(further ? [further] : [])])
    const found = `${counted(instruments.length, 'instrument version')} and ${counted(measures.size, 'measure')}`
    console.log(`All good: ${found}, without a fault.`)
  } catch (error) {
    if (!(error instanceof DefinitionFaults)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

checkSurveys(process.env.WAYMARK_SURVEYS_DIR)
