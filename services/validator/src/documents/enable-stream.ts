// DocumentDB streams the changes of a collection once it is told to; MongoDB always does.
// https://docs.aws.amazon.com/documentdb/latest/developerguide/change_streams.html#change_streams-enabling
import type { Db } from "mongodb";

/** Makes the changes of a collection readable as a stream, where that is to be asked for; it may be asked again. */
export async function enableStream(db: Db, collection: string): Promise<void> {
  const command = { modifyChangeStreams: 1, database: db.databaseName, collection, enable: true };
  // MongoDB does not know the command, and has no need of it; who may not give it finds out when the stream is opened.
  await db
    .admin()
    .command(command)
    .catch(() => {});
}
