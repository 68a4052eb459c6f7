import { notFound } from '../../domain/problem.ts'
import { Overtaken } from '../../store/database.ts'

/** A key that stays taken, try after try, is held by a row that the caller may not see: to this caller it is not there. */
export function asNotThere(error: unknown): never {
  throw error instanceof Overtaken ? notFound() : error
}
