package io.quiverdb.node.api;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.function.Supplier;

/// One call of the contract that is answered for as long as its caller listens: with what there is,
/// and again whenever that has changed. Both doors are made of these.
///
/// @param now what there is; equal if nothing has changed; fails with what [ErrorMapping] knows
record StreamCall<I extends Message, O extends Message>(
    MethodDescriptor<I, O> method, Supplier<O> now) {}
