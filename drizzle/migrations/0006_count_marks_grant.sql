grant update (has_referral_counts, has_entry_counts, has_session_counts) on contracts to waymark_worker;
