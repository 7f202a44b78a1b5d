package io.quiverdb.core;

import java.util.UUID;

/// Names one write, so that repeating it changes nothing.
public record RequestId(UUID uuid) {}
