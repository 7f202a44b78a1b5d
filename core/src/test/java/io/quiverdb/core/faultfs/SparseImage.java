package io.quiverdb.core.faultfs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A file of which some sectors are changed in memory. What lies behind its end is zero.
final class SparseImage {
  static final int SECTOR_BYTES = 512;

  private final RandomAccessFile file;
  private final Map<Long, byte[]> sectors;
  private long size;

  private SparseImage(RandomAccessFile file, Map<Long, byte[]> sectors, long size) {
    this.file = file;
    this.sectors = sectors;
    this.size = size;
  }

  static SparseImage of(RandomAccessFile file) throws IOException {
    return new SparseImage(file, new HashMap<>(), file.length());
  }

  SparseImage copy() {
    var copies = new HashMap<Long, byte[]>();
    sectors.forEach((number, bytes) -> copies.put(number, bytes.clone()));
    return new SparseImage(file, copies, size);
  }

  long size() {
    return size;
  }

  void setSize(long newSize) {
    size = newSize;
  }

  /// Its bytes; changing them changes the image.
  byte[] sector(long number) throws IOException {
    var known = sectors.get(number);
    if (known != null) {
      return known;
    }
    byte[] sector = readSector(number);
    sectors.put(number, sector);
    return sector;
  }

  private byte[] readSector(long number) throws IOException {
    var sector = new byte[SECTOR_BYTES];
    long offset = number * SECTOR_BYTES;
    int length = Math.toIntExact(Math.clamp(file.length() - offset, 0, SECTOR_BYTES));
    if (length > 0) {
      file.seek(offset);
      file.readFully(sector, 0, length);
    }
    return sector;
  }

  /// @param from where in `bytes` to begin
  void write(long offset, byte[] bytes, int from, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int within = Math.toIntExact((offset + done) % SECTOR_BYTES);
      int count = Math.min(length - done, SECTOR_BYTES - within);
      System.arraycopy(bytes, from + done, sector((offset + done) / SECTOR_BYTES), within, count);
      done += count;
    }
  }

  byte[] read(long offset, int length) throws IOException {
    var bytes = new byte[length];
    for (int done = 0; done < length; ) {
      int within = Math.toIntExact((offset + done) % SECTOR_BYTES);
      int count = Math.min(length - done, SECTOR_BYTES - within);
      System.arraycopy(sector((offset + done) / SECTOR_BYTES), within, bytes, done, count);
      done += count;
    }
    return bytes;
  }

  void copySector(long number, SparseImage from) throws IOException {
    sectors.put(number, from.sector(number).clone());
  }

  /// How many sectors differ from the file's.
  int changedSectors() throws IOException {
    int changed = 0;
    for (Map.Entry<Long, byte[]> sector : sectors.entrySet()) {
      if (!Arrays.equals(sector.getValue(), readSector(sector.getKey()))) {
        changed++;
      }
    }
    return changed;
  }

  /// Makes the file what the image is.
  void flush() throws IOException {
    for (Map.Entry<Long, byte[]> sector : sectors.entrySet()) {
      long offset = sector.getKey() * SECTOR_BYTES;
      int length = Math.toIntExact(Math.clamp(size - offset, 0, SECTOR_BYTES));
      if (length > 0) {
        file.seek(offset);
        file.write(sector.getValue(), 0, length);
      }
    }
    file.setLength(size);
  }
}
