# What was before each first change is kept in numbered folders here, for the script that takes it all back.
kept=/var/lib/rkube/administrator
