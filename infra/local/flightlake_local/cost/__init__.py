"""What an environment on AWS costs a month, before it is made; and what one job can cost at most.

Everything here is arithmetic over files that people review: nothing asks AWS.
"""
