"""The regional MDT platform. The chapters, in the order a case lives them, are the packages below."""
