package io.quiverdb.core.faultfs.agent;

import java.io.IOException;

/// What the program asked for.
@FunctionalInterface
interface IoAction<T> {
  T run() throws IOException;
}
