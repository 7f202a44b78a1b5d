package io.quiverdb.raft;

import java.util.OptionalLong;

/// How old what a replica shows may be, as far as the replica itself can know.
///
/// @param entries of which it knows that they are committed, and which the read does not show
/// @param leaderSilenceMillis for how long it has heard nothing of a leader, which is how long
///   others may have been writing without its knowing; 0 if it leads; empty if it has heard of none
///   since it was opened
public record Lag(long entries, OptionalLong leaderSilenceMillis) {}
