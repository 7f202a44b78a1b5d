package io.quiverdb.core;

import java.util.List;

/// What [Store#setPayload] did.
///
/// @param version which the changed points have now; 0 if none was there
/// @param absent the ids of those that were not there, in the order of the call
public record PayloadsSet(long version, List<String> absent) {
  public PayloadsSet {
    absent = List.copyOf(absent);
  }
}
