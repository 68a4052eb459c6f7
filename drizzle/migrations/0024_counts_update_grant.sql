-- A recount writes only the counts that it changes (store/counts.ts).
grant update (n) on counts to waymark_worker;
