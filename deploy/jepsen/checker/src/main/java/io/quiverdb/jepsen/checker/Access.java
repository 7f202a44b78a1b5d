package io.quiverdb.jepsen.checker;

import java.util.Optional;

/// What a call needs of one key, and what it does to it.
record Access(String key, Need need, Effect effect) {
  static final Need ANY = new Need.Any();
  static final Effect NONE = new Effect.None();

  static Access read(String key, Need need) {
    return new Access(key, need, NONE);
  }

  static Access sees(String key, Optional<String> value) {
    return read(key, new Need.Only(value));
  }

  static Access puts(String key, Optional<String> value) {
    return new Access(key, ANY, new Effect.Put(value));
  }

  boolean isObservation() {
    return effect instanceof Effect.None;
  }
}
