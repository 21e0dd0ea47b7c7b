-- An epoch is a stretch of history without a break: it ends when the cluster goes on from a backup, or from an earlier point in time.
-- timeline is PostgreSQL's own, by which the servers notice that the database was recovered or that a replica took over; null until the first start.
ALTER TABLE cluster_revision
    ADD COLUMN epoch    integer NOT NULL DEFAULT 1,
    ADD COLUMN timeline integer;
